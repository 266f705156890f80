"""The documentation as a site: what Sphinx has to know beside the pages themselves."""

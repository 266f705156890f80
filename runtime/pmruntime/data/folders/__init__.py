"""Folders of images: listed kind by kind, then decoded by threads, or cached."""

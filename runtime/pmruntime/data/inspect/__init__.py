"""What `pmgen data check` and `pmgen data show` say of a folder."""

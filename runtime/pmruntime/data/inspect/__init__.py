"""What `pmgen data check` and `pmgen data show` tell about a folder."""

"""Folders of images: each kind listed, then decoded, in threads, into a cache."""

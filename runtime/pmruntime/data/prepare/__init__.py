"""Folders made: the challenge's archives unpacked, images drawn."""

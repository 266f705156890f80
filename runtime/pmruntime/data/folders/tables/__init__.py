"""Tables of images and labels, and the spellings that people use in them."""

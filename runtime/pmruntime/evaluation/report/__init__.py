"""The page `report.html`: its plots, images and Grad-CAM heat maps."""

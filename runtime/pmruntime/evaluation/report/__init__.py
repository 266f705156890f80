"""The page `report.html`: plots, pictures, Grad-CAM."""

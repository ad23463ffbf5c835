"""From recorded movements to population parameters: segmentation, fitting, matching."""

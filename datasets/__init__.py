"""For machine learning: labelled data sets, augmentation of captures, bot-like families."""

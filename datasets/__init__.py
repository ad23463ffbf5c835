"""For machine learning: labelled data sets, loaders, episodes for agents, augmentation of captures, bots."""

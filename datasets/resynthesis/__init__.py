"""One session made anew: acts found in its events, new paths and times, everything else carried along."""

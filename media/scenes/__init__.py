"""The ten scenes of the demo's photos. Each draws on a canvas, in units of a picture of 1600 by 1200."""

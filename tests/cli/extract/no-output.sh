mkdir clips
extract clips

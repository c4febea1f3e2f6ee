# Two clips cannot have one path in a pack.
mkdir -p disk1/A disk2/A
: >disk1/A/a.avi
: >disk2/A/a.avi
extract -o a.h5 disk1 disk2

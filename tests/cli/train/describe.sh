# A net's table, without a pack.
train --describe small-residual --classes 101 | tail -n 3
train --describe stack --input 2x3x32x32 | head -n 4
cat >own.net <<'EOF_NET'
residual relu {
    conv 3x3x8 stride=2 padding=1
    shortcut {
        conv 1x1x8 stride=2 bias=off
    }
}
globalavgpool
flatten
linear
EOF_NET
train --describe own.net --input 3x16x16
refuse() {
    train "$@" 2>&1 | head -n 1
}
refuse --describe absent
refuse --describe tutorial --input 3x64
refuse --describe tutorial --input 3x20x20
refuse --describe tutorial pack.h5

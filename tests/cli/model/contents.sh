. "$CASES/model/small-model.bash"
# What depends on rounding is not shown, and options have tests of their own.
model info run/model.h5 | grep -v '^digest' | sed '/^options/,/^$/d'

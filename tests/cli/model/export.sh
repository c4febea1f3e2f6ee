# The name of the file says what it is to be; an existing file stays.
. "$CASES/model/small-model.bash"
try() {
    status=0
    "$@" 2>&1 || status=$?
    echo "$status"
}
try model export -o a.onnx run/model.h5
try model export -o a.onnx run/model.h5
try model export -f -o a.onnx run/model.h5
try model export -o a.safetensors run/model.h5
try model export -o a.bin run/model.h5
try model export --format safetensors -o a.bin run/model.h5
cmp a.bin a.safetensors
try model export run/model.h5
try model export -o b.onnx
try model export -o b.onnx clips.h5
try model export -o b.onxx --format onxx run/model.h5
try model exprot
try model info clips.h5 run/model.h5
ls

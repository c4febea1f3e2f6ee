#!/bin/bash
# Models in ONNX and safetensors are what predict computes and what train
# started from. Usage: interchange.sh BUILD, in an empty folder; prints TAP.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
. "$ROOT/tests/lib/e2e.sh"

make_pack() {
    "$BUILD/data/make-clips" --classes 3 --groups 3 --clips 2 clips >/dev/null &&
        extract -o little.h5 --size 32x24 clips
}

# Every layer that a net can have, with options that are not the usual ones.
cat >all.net <<'EOT'
conv 5x3x8 stride=2x1 padding=2x1
batchnorm
leakyrelu slope=0.2
conv 3x3x8 dilation=1x2 padding=1x2 groups=4 bias=off
batchnorm affine=off eps=1e-3
elu alpha=0.7
maxpool 3x2 stride=2 padding=1x0
residual silu {
    conv 3x3x12 padding=1
    gelu
    dropout2d 0.1
    shortcut {
        conv 1x1x12
        layernorm
    }
}
avgpool 3 stride=2 padding=1 count_padding=off
concat {
    branch {
        conv 1x1x4
        tanh
    }
    branch {
        avgpool 3 stride=1 padding=1
        softplus beta=2 threshold=1
    }
    branch {
        identity
    }
}
add {
    branch {
        sigmoid
    }
    branch {
        gelu form=tanh
        layernorm affine=off
    }
}
residual {
    relu
}
globalavgpool
flatten
linear 9 bias=off
batchnorm affine=off
layernorm
dropout
linear
EOT
sed '1i input stack\ndiff' "$ROOT/data/nets/batchnorm.net" | sed 's/7x7/3x3/' >stack.net

trains() { # name, net, options
    local name=$1 net=$2
    shift 2
    train -q -o "run-$name" --net "$net" --lr 1e-3 --epochs 3 "$@" little.h5 &&
        predict -q -f -o "$name.csv" --scores "run-$name/model.h5" little.h5
}

exports() { # name
    model export -o "$1.onnx" "run-$1/model.h5" &&
        model export -o "$1.safetensors" "run-$1/model.h5" &&
        model export -f --format onnx -o again "run-$1/model.h5" && cmp again "$1.onnx"
}

# One step of training from either is the same step.
starts_from() { # name, net
    train -q -o "from-model-$1" --net "$2" --init "run-$1/model.h5" --epochs 1 little.h5 &&
        train -q -o "from-tensors-$1" --net "$2" --init "$1.safetensors" --epochs 1 little.h5 &&
        model export -o "from-model-$1.safetensors" "from-model-$1/model.h5" &&
        model export -o "from-tensors-$1.safetensors" "from-tensors-$1/model.h5" &&
        cmp "from-model-$1.safetensors" "from-tensors-$1.safetensors" &&
        ! cmp -s "from-model-$1.safetensors" "$1.safetensors"
}

tap_run 'a little pack' make_pack
for case in "all $PWD/all.net --normalise on" "stack $PWD/stack.net --normalise on" \
    "plain $PWD/all.net --normalise off"; do
    read -r -a words <<<"$case"
    name=${words[0]}
    tap_run "$name: trains" trains "${words[@]}"
    tap_run "$name: is exported" exports "$name"
    tap_run "$name: safetensors hold its parameters" \
        python3 "$ROOT/tests/e2e/safetensors_judge.py" "$name.safetensors" "run-$name/model.h5"
    tap_run "$name: training starts from them" starts_from "$name" "${words[1]}"
    if python3 -c 'import onnx' 2>/dev/null; then
        tap_run "$name: ONNX gives what predict gives" \
            python3 "$ROOT/tests/e2e/onnx_judge.py" "$name.onnx" little.h5 "$name.csv"
    else
        tap_skip "$name: ONNX gives what predict gives" 'python3-onnx is not installed'
    fi
done
tap_done

# Augmentation, normalisation, a part of the samples: as reproducible as without,
# recorded, and predict reads frames as the validation did.
. "$CASES/train/small-pack.bash"
all=(--hflip 0.5 --crop-pad 2 --scale-jitter 0.3,1 --aspect-jitter 1.3 --rotate 10
     --brightness 0.2 --contrast 0.2 --saturation 0.2 --hue 0.05 --gain 0.2 --grey 0.1
     --erase 0.3 --mixup 0.4 --cutmix 1 --frames-per-epoch one --fraction 0.8 --normalise on
     --class-weights balanced --eval-flip on)
train_small one --threads 1 "${all[@]}"
train_small three --threads 3 "${all[@]}"
cmp one/model.h5 three/model.h5 && echo 'same model'
train_small parts --epochs 1 "${all[@]}"
train -q --resume parts --epochs 2 small.h5
cmp one/model.h5 parts/model.h5 && echo 'the same in two parts'
grep -E '^(hflip|scale-jitter|mixup|fraction|normalise|class-weights|eval-flip) ' one/options.txt
predict --split groups/val --report val one/model.h5 small.h5 >printed.txt
cmp val.csv one/val.csv && cmp val-confusion.csv one/val-confusion.csv && echo 'same scores'
predict -q --eval-flip off --split groups/val --report plain one/model.h5 small.h5
cmp -s val.csv plain.csv || echo 'other scores without the flip'
ls one | grep -E "^(val|test)"
# One option after another changes the model, none changes its format's rules.
train_small plain
for option in --hflip=1 --crop-pad=3 --scale-jitter=0.5,0.9 --aspect-jitter=2 --rotate=20 \
    --brightness=0.5 --contrast=0.5 --saturation=0.5 --hue=0.2 --gain=0.5 --grey=1 --erase=1 \
    --mixup=1 --cutmix=1 --frames-per-epoch=one --fraction=0.5 --normalise=on; do
    train_small changed --force "$option"
    cmp -s plain/model.h5 changed/model.h5 && echo "$option changes nothing"
    h5diff plain/model.h5 changed/model.h5 /parameters >/dev/null && echo "$option: same weights"
done
wrong() {
    status=0
    train -o wrong --net fast.net "$@" small.h5 2>&1 || status=$?
    echo "status $status"
}
wrong --scale-jitter 0.9,0.3
wrong --hue 0.6
wrong --frames-per-epoch half
wrong --class-weights absent.txt
wrong --class-weights balanced --loss squared
printf 'input stack\nglobalavgpool\nflatten\nlinear\n' >stack.net
wrong --net stack.net --frames-per-epoch one
[ ! -e wrong ]

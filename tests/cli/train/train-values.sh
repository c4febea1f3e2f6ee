# Values out of range are wrong use: status 2, and nothing is made.
for option in --epochs=0 --batch=0 --lr=0 --lr=nan --alpha=1.5 --shuffle=yes --loss=hing \
    --optimiser=sdg --threads=0 --train-eval=often --seed=-1 --sandbox=maybe; do
    status=0
    train -o run "$option" pack.h5 2>&1 || status=$?
    echo "status $status"
done
ls -A

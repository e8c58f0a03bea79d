git init -q
mkdir .mlv && : >.mlv/config
mlv metrics show

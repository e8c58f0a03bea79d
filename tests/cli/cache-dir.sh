# The cache may leave the repository only by the user's word; nor may a link lead it out.
git init -q r && cd r && mlv init -q && mlv cache dir
mlv cache dir ../out
echo "status $?"
mlv cache dir --local ../out && mlv cache dir && cat .mlv/config.local
mlv cache dir --local -u && mkdir ../out && ln -s ../../out .mlv/cache && mlv cache dir

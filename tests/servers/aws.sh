# shellcheck shell=sh
# aws.sh: read by tests of the command line: aws.py, a repository, and a remote in its bucket. $url is the server's.
mkdir aws && touch aws/log
mkfifo said
"$SRC/tests/servers/aws.py" "$PWD/aws" "$@" >said &
server=$!
trap 'kill $server' EXIT
read -r _ url <said
rm said
port=${url##*:}
git init -q . && mlv init -q && echo data >data && mlv add -q data
mlv remote add -q --default store s3://bucket/p
mlv remote modify --local store endpointurl "$url"
unset AWS_EC2_METADATA_DISABLED

# asked: what the server was asked since, each once, in order; the store's requests by the key alone.
asked() {
	sed -E 's/^s3 .* by /s3 by /' aws/log | awk '!seen[$0]++'
	: >aws/log
}
# shown: what is written, without what differs from run to run.
shown() {
	sed "s/:$port/:PORT/g"
}
# try [NAME=VALUE...]: push in this environment, and who was asked.
try() {
	echo "-- $*" | shown
	env "$@" mlv push 2>&1 | shown
	asked
}
# profile: the config file of AWS from standard input; keys: the credentials file.
profile() { mkdir -p ~/.aws && cat >~/.aws/config; }
keys() { mkdir -p ~/.aws && (umask 077 && cat >~/.aws/credentials); }

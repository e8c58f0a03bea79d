#!/bin/sh
# sshd.sh start DIR | stop DIR | pause DIR | resume DIR: OpenSSH with SFTP alone, as the user who runs it, on a free loopback port.
# "start" prints "ready sftp://USER@127.0.0.1:PORT/DIR/area". DIR has
#   user, user-2, user.pub...   keys that are let in (ed25519, ecdsa);  stranger: one that is not;
#   locked     a key that is let in, with the passphrase "secret"
#   known_hosts, known_hashed   what the server is known by; the second with hashed names, among others
#   known_other                 the same name with another key;  known_revoked: with the key revoked
#   log        of the server, with a line for each login;  requests: a line for each file that is opened,
#              closed, renamed or removed, and for each directory that is made
#   area       where remotes may lie;  start: where a login begins
# "pause" lets the sessions that are there now go silent, "resume" lets them go on.
set -eu
cmd=${1:?start, stop, pause or resume} dir=${2:?directory}
PATH=$PATH:/usr/sbin:/sbin

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

make_keys() {
	for name in host user stranger other; do
		ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$dir/$name"
	done
	ssh-keygen -q -t ecdsa -N '' -C host -f "$dir/host-2"
	ssh-keygen -q -t ecdsa -N '' -C user -f "$dir/user-2"
	ssh-keygen -q -t ed25519 -a 1 -N secret -C locked -f "$dir/locked"
	cat "$dir/user.pub" "$dir/user-2.pub" "$dir/locked.pub" >"$dir/authorized"
	chmod 600 "$dir/authorized"
}

# known FILE KEY...: a line for each key.
known() {
	file=$1
	shift
	for key; do
		echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$dir/$key.pub")"
	done >"$dir/$file"
}

make_known() {
	known known_hosts host-2 host
	known known_other other
	sed 's/^/@revoked /' "$dir/known_hosts" >"$dir/known_revoked"
	cat "$dir/known_hosts" >>"$dir/known_revoked"
	# A host before ours, of another kind of key.
	{ echo "example.org $(cut -d' ' -f1,2 "$dir/user-2.pub")"; grep ed25519 "$dir/known_hosts"; } >"$dir/known_hashed"
	ssh-keygen -q -H -f "$dir/known_hashed" >/dev/null 2>&1
	rm -f "$dir/known_hashed.old"
}

configure() {
	cat >"$dir/sshd_config" <<-EOT
	Port $port
	ListenAddress 127.0.0.1
	HostKey $dir/host
	HostKey $dir/host-2
	PidFile $dir/pid
	AuthorizedKeysFile $dir/authorized
	StrictModes no
	UsePAM no
	PasswordAuthentication no
	KbdInteractiveAuthentication no
	PermitRootLogin prohibit-password
	# A shell that was started within another one reads no file of the user's.
	SetEnv SHLVL=9
	Subsystem sftp /usr/lib/openssh/sftp-server
	ForceCommand exec /usr/lib/openssh/sftp-server -e -l VERBOSE -d '$dir/start' 2>>'$dir/requests'
	MaxStartups 100:30:200
	LogLevel VERBOSE
	EOT
}

start() {
	mkdir -p "$dir/area" "$dir/start"
	dir=$(cd "$dir" && pwd)
	chmod 700 "$dir"
	[ "$(id -u)" != 0 ] || mkdir -p /run/sshd
	make_keys
	: >"$dir/requests"
	for _ in 1 2 3 4 5; do
		port=$(free_port)
		configure
		make_known
		# Somebody may take the port between its being found and its being used.
		if "$(command -v sshd)" -f "$dir/sshd_config" -E "$dir/log" 2>>"$dir/start.log"; then
			echo "ready sftp://$(id -un)@127.0.0.1:$port$dir/area"
			return
		fi
	done
	cat "$dir/start.log" "$dir/log" >&2
	return 1
}

# Processes that those named in the arguments have started, and so on.
below() {
	for parent; do
		for child in $(awk -v parent="$parent" '$4 == parent { print $1 }' /proc/[0-9]*/stat 2>/dev/null); do
			echo "$child"
			below "$child"
		done
	done
}

# One of them may have just ended.
pause() {
	# shellcheck disable=SC2046
	kill -STOP $(below "$(cat "$dir/pid")") 2>/dev/null || :
}

resume() {
	# shellcheck disable=SC2046
	kill -CONT $(below "$(cat "$dir/pid")") 2>/dev/null || :
}

stop() {
	[ ! -e "$dir/pid" ] || kill "$(cat "$dir/pid")"
}
"$cmd"

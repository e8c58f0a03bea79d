#!/bin/sh
# slurm.sh start DIR | stop DIR: Slurm with one node, this machine, on free loopback ports, as the user who runs it.
# "start" prints "ready DIR/slurm.conf": with SLURM_CONF set to it sbatch, squeue, scancel and scontrol are of it.
# It exits with 77, and says why, where Slurm cannot be started. The node says that it has four processors and
# two GPUs, whatever there is: jobs wait for each other by what they ask for. There is no accounting (sacct).
set -eu
cmd=${1:?start or stop} dir=${2:?directory}
PATH=$PATH:/usr/sbin:/sbin

free_ports() {
	python3 - "$1" <<-'EOT'
	import socket, sys
	held = [socket.socket() for _ in range(int(sys.argv[1]))]
	for s in held:
	    s.bind(("127.0.0.1", 0))
	print(*(s.getsockname()[1] for s in held))
	EOT
}

skip() {
	echo "$1"
	exit 77
}

# The slurmd of Debian 12 does not start without control groups, even if it is told to use none.
check() {
	for program in slurmctld slurmd sbatch squeue scancel scontrol; do
		command -v $program >/dev/null || skip "there is no $program"
	done
	[ -d /sys/fs/cgroup ] || skip "/sys/fs/cgroup is not mounted"
}

# One user is all there is: nobody has to be told apart, and no munged is needed.
configure() {
	host=$(hostname -s)
	: >"$dir/gpu0"
	: >"$dir/gpu1"
	echo "NodeName=$host Name=gpu File=$dir/gpu[0-1]" >"$dir/gres.conf"
	cat >"$dir/slurm.conf" <<-EOT
	ClusterName=tests
	SlurmctldHost=$host(127.0.0.1)
	SlurmctldPort=$1
	SlurmdPort=$2
	SlurmUser=$(id -un)
	SlurmdUser=$(id -un)
	AuthType=auth/none
	CredType=cred/none
	StateSaveLocation=$dir/state
	SlurmdSpoolDir=$dir/spool
	SlurmctldPidFile=$dir/ctld.pid
	SlurmdPidFile=$dir/d.pid
	SlurmctldLogFile=$dir/ctld.log
	SlurmdLogFile=$dir/d.log
	ProctrackType=proctrack/linuxproc
	TaskPlugin=task/none
	SelectType=select/cons_tres
	SelectTypeParameters=CR_Core
	GresTypes=gpu
	AccountingStorageType=accounting_storage/none
	JobAcctGatherType=jobacct_gather/none
	JobCompType=jobcomp/none
	MpiDefault=none
	ReturnToService=2
	SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
	SlurmdParameters=config_overrides
	MinJobAge=300
	KillWait=2
	NodeName=$host NodeAddr=127.0.0.1 CPUs=4 RealMemory=4096 Gres=gpu:2 State=UNKNOWN
	PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
	EOT
}

ready() {
	for _ in $(seq 100); do
		[ "$(sinfo -h -o %T 2>/dev/null)" != idle ] || return 0
		sleep 0.1
	done
	return 1
}

start() {
	check
	mkdir -p "$dir/state" "$dir/spool"
	dir=$(cd "$dir" && pwd)
	SLURM_CONF=$dir/slurm.conf
	export SLURM_CONF
	for _ in 1 2 3; do
		# shellcheck disable=SC2046
		configure $(free_ports 2)
		# Somebody may take a port between its being found and its being used.
		if slurmctld -c -f "$dir/slurm.conf" >>"$dir/start.log" 2>&1 &&
			slurmd -f "$dir/slurm.conf" -N "$host" >>"$dir/start.log" 2>&1 && ready; then
			echo "ready $dir/slurm.conf"
			return
		fi
		stop
	done
	tail -n 5 "$dir/start.log" "$dir/ctld.log" "$dir/d.log" >&2 2>/dev/null || :
	skip "Slurm does not start here"
}

# Both have ended when it returns: they write below DIR until then.
stop() {
	for file in d.pid ctld.pid; do
		[ -e "$dir/$file" ] || continue
		pid=$(cat "$dir/$file")
		kill "$pid" 2>/dev/null || continue
		for _ in $(seq 100); do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
	done
}
"$cmd"

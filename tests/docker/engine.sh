# shellcheck shell=bash disable=SC2154
# engine.sh: an engine for the scripts beside it, and base images where none can be pulled. Sourced with PROJECT set and `work`, a folder
# that goes with the script; clean_up_more is what else has to go.

engine_pid=''
bridge=''

skip() {
    echo "$*"
    exit 77
}

clean_up() {
    local status=$?
    set +e
    if docker info >/dev/null 2>&1; then
        clean_up_more
        docker image rm --force "$PROJECT-node" "$PROJECT-debian" >/dev/null 2>&1
    fi
    if [ -n "$engine_pid" ]; then
        kill "$engine_pid" && wait "$engine_pid"
        ip link delete "$bridge" 2>/dev/null
        umount "$work"/data/*/merged "$work"/exec/netns/* 2>/dev/null
    fi
    rm -rf --one-file-system "$work"
    exit "$status"
}
trap clean_up EXIT

# Its containers are on a bridge of its own: another engine of this machine may have docker0.
own_bridge() {
    bridge=fcemu$$
    ip link add "$bridge" type bridge && ip addr add "10.$((150 + $$ % 50)).$(($$ % 250)).1/24" dev "$bridge" && ip link set "$bridge" up ||
        skip "no Docker engine answers, and no bridge can be made for one"
}

# An engine of our own: its log tells when it listens, and is drained to a file from then on.
start_engine() {
    command -v dockerd >/dev/null || skip "no Docker engine: none answers, and docker.io is not installed"
    [ "$(id -u)" -eq 0 ] || skip "no Docker engine answers, and only root can start one"
    export DOCKER_HOST=unix://$work/docker.sock
    mkfifo "$work/log.fifo"
    own_bridge
    dockerd --host "$DOCKER_HOST" --bridge "$bridge" --default-address-pool "base=10.$((200 + $$ % 50)).0.0/16,size=24" \
        --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" >"$work/log.fifo" 2>&1 &
    engine_pid=$!
    exec 3<"$work/log.fifo"
    while read -r -u 3 line; do
        echo "$line" >>"$work/log"
        [[ $line == *'API listen on'* ]] && break
    done
    cat <&3 >>"$work/log" &
    exec 3<&-
    if ! docker info >/dev/null 2>&1; then
        tail -n 3 "$work/log"
        engine_pid=
        skip "no Docker engine: dockerd does not start here"
    fi
}

# Debian 12, and unless it is wanted `only`, another with Node.js and Python, in the place of the base images. It trusts what this machine
# trusts, in case a proxy looks into TLS.
make_base() {
    command -v debootstrap >/dev/null || skip "base images cannot be pulled, and debootstrap is not installed"
    debootstrap --variant=minbase --include=ca-certificates bookworm "$work/root" >"$work/debootstrap.log" 2>&1 ||
        skip "base images cannot be pulled, and debootstrap fails: $(tail -n 1 "$work/debootstrap.log")"
    cp /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/"
    tar -C "$work/root" -c . | docker import - "$PROJECT-debian" >/dev/null
    export FCEMU_BASE=$PROJECT-debian
    [ "${1-}" != only ] || return 0
    docker build --quiet --tag "$PROJECT-node" - <<END
FROM $PROJECT-debian
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nodejs npm
ENV npm_config_cafile=/etc/ssl/certs/ca-certificates.crt
END
    export FCEMU_APP_BASE=$PROJECT-node FCEMU_CALLER_BASE=$PROJECT-node # Debian's npm brings Python
}

pull() { # IMAGE
    docker image inspect "$1" >/dev/null 2>&1 || timeout 60 docker pull --quiet "$1" >/dev/null 2>&1
}

command -v docker >/dev/null || skip "docker is not installed"
docker info >/dev/null 2>&1 || start_engine

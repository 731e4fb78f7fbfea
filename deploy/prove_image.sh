#!/usr/bin/env bash
# Proves the image of the Dockerfile on a Debian machine without a Docker engine. By hand, as root:
#
#   apt-get install buildah debootstrap iproute2 chromium && make test ARGS=--co
#   deploy/prove_image.sh
#
# It builds a base image (debootstrap), the image on it (buildah, chroot isolation), and runs its
# root file system as docker would with `--user --read-only --tmpfs /tmp --network none --cap-drop
# ALL`: process 1 of its own pid namespace, only loopback. Then it asks the health check, opens every
# page in Chromium, and sends SIGTERM while a page is open.
#
#   PYTHON_IMAGE      a base image to use instead of making one
#   PIP_INSTALL_ARGS  for pip in the image (an index of CPU-only wheels, a folder of wheels)
#   BUILDAH_ARGS      for `buildah build` (--volume of that folder, of a CA bundle, of a pip.conf)
#   RUN_AS            another user id than the image's
#   WORK              where everything goes, 2 GB; kept, so that a second run is quick
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

WORK=${WORK:-/var/tmp/unroll-image}
PORT=${PORT:-8501}
PYTHON=${PYTHON:-.venv/bin/python}
NETNS=unroll-image-$$
mkdir -p "$WORK"
buildah() { command buildah --root "$WORK/storage" --runroot "$WORK/run" --storage-driver overlay "$@"; }
say() { printf '\n== %s\n' "$*"; }
seconds_since() { awk -v a="$1" -v b="$(date +%s.%N)" 'BEGIN { printf "%.2f s", b - a }'; }

# -- build

if [ -z "${PYTHON_IMAGE:-}" ]; then
  PYTHON_IMAGE=localhost/unroll-python
  if ! buildah inspect --type image "$PYTHON_IMAGE" >/dev/null 2>&1; then
    say "a base image: Debian's Python, by debootstrap"
    [ -x "$WORK/base/usr/bin/python3" ] ||
      debootstrap --variant=minbase --include=python3-venv,ca-certificates \
        "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$WORK/base" >"$WORK/debootstrap.log"
    # As in the official image: `python` and `pip` in /usr/local/bin, free to install.
    chroot "$WORK/base" python3 -m venv /usr/local
    rm -rf "$WORK"/base/var/cache/apt/archives/*.deb "$WORK"/base/var/lib/apt/lists/*
    base=$(buildah from scratch)
    buildah add -q "$base" "$WORK/base" / >/dev/null
    buildah commit -q "$base" "$PYTHON_IMAGE" >/dev/null
    buildah rm "$base" >/dev/null
  fi
fi

say "buildah build"
started=$(date +%s.%N)
# shellcheck disable=SC2086  # BUILDAH_ARGS is several words
buildah build --isolation chroot --format docker --layers --build-arg PYTHON_IMAGE="$PYTHON_IMAGE" \
  --build-arg TORCH_INDEX="${TORCH_INDEX:-}" --build-arg PIP_INSTALL_ARGS="${PIP_INSTALL_ARGS:-}" \
  ${BUILDAH_ARGS:-} -t unroll . >"$WORK/build.log" 2>&1 || { tail -30 "$WORK/build.log"; exit 1; }
echo "built in $(seconds_since "$started")"
container=$(buildah from unroll)
root=$(buildah mount "$container")
inspect() { buildah inspect --type image --format "$1" unroll; }
user=${RUN_AS:-$(inspect '{{.Docker.Config.User}}')}
mapfile -t environment < <(inspect '{{range .Docker.Config.Env}}{{println .}}{{end}}' | grep .)
environment+=("PORT=$PORT")
mapfile -t command < <(inspect '{{range .Docker.Config.Cmd}}{{println .}}{{end}}' | grep .)
mapfile -t health < <(inspect '{{range .Docker.Config.Healthcheck.Test}}{{println .}}{{end}}' | grep .)
workdir=$(inspect '{{.Docker.Config.WorkingDir}}')
echo "user $user, command: ${command[*]}"
buildah images --format '{{.Name}}: {{.Size}}' | grep unroll | sed 's/^/size of /'
echo "of it: $(cd "$root" && du -sm --apparent-size usr/local/lib/python3*/site-packages/torch |
  cut -f 1) MB torch, $(du -sk --apparent-size "$root/app" | cut -f 1) kB the app"
echo "files of tests, benchmarks or git in /app: $(find "$root/app" -path '*test*' -o -path \
  '*benchmark*' -o -name '.git*' | wc -l)"

# -- run

cleanup() {
  [ -z "${init:-}" ] || kill -KILL "$init" 2>/dev/null || true
  ip netns del "$NETNS" 2>/dev/null || true
  buildah rm "$container" >/dev/null 2>&1 || true
}
trap cleanup EXIT
ip netns add "$NETNS"
ip -n "$NETNS" link set lo up
inside() { ip netns exec "$NETNS" "$@"; }

# In a mount and a pid namespace of its own: the image read-only, /tmp and /dev small and new.
confined='
  root=$1 user=$2 workdir=$3; shift 3
  mount --make-rprivate /
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount -t tmpfs -o size=64m,mode=1777 tmpfs "$root/tmp"
  mount -t tmpfs -o size=1m tmpfs "$root/dev"
  for device in null zero random urandom; do
    touch "$root/dev/$device" && mount --bind "/dev/$device" "$root/dev/$device"
  done
  mount -o remount,bind,ro "$root"
  exec chroot "$root" setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs \
    --inh-caps=-all --bounding-set=-all -- sh -c "cd \"$workdir\" && exec \"\$@\"" sh "$@"'

say "run: read-only, user $user, no capabilities, loopback only"
log=$WORK/server.log
started=$(date +%s.%N)
ip netns exec "$NETNS" env -i "${environment[@]}" HOME=/home/unroll \
  unshare --mount --pid --fork --kill-child \
  bash -euc "$confined" confined "$root" "$user" "$workdir" "${command[@]}" >"$log" 2>&1 &
outer=$! # of unshare; its child is process 1
until init=$(pgrep -P "$outer") && grep -q python "/proc/$init/cmdline"; do sleep 0.02; done
# The image's own health check, beside process 1 as docker would run it.
healthy() {
  inside nsenter --target "$init" --mount --pid chroot "$root" \
    env -i "${environment[@]}" setpriv --reuid "$user" --regid "$user" --clear-groups "${health[@]:1}"
}
until inside curl -fso /dev/null "http://127.0.0.1:$PORT/_stcore/health"; do
  kill -0 "$outer" 2>/dev/null || { cat "$log"; exit 1; }
  sleep 0.05
done
echo "answers after $(seconds_since "$started")"
healthy && echo "the image's health check: ok"
facts() { awk '/^(VmRSS|RssAnon|Threads)/ { printf "%s %s %s  ", $1, $2, $3 }' "/proc/$init/status"; echo; }
grep -E '^(NSpid|Uid|CapEff|NoNewPrivs)' "/proc/$init/status" | paste -s
echo "before the first page: $(facts)"
in_root() {
  inside nsenter --target "$init" --mount --pid chroot "$root" \
    setpriv --reuid "$user" --regid "$user" --clear-groups sh -c "$1"
}
in_root 'touch /app/x /home/unroll/x 2>&1; touch /tmp/x && echo "/tmp: writable"' | sed 's/^/  /'

echo "what is left of PyTorch still works: $(in_root "cd $workdir && python -c '
from rnn_core import RNNConfig, gradient_flow
from rnn_core.pytorch import reference
print(reference.compare(gradient_flow(RNNConfig())))'" 2>&1 | tail -1 | cut -c 1-160)"

say "every page, in Chromium in the same network namespace"
# Beside the server's: Chromium itself looks for its maker, and finds no network.
inside "$PYTHON" -m deploy.look "http://127.0.0.1:$PORT" --all
echo "after every page: $(facts)"

say "SIGTERM, while a network trains and a download stands still"
: >"$WORK/looking"
inside "$PYTHON" -u -m deploy.look "http://127.0.0.1:$PORT" --keep-training >"$WORK/looking" &
looking=$!
until grep -q '^  training' "$WORK/looking"; do
  kill -0 "$looking" 2>/dev/null || { cat "$WORK/looking"; exit 1; }
  sleep 0.2
done
started=$(date +%s.%N)
kill -TERM "$init"
code=0
wait "$outer" || code=$?
echo "exit code $code after $(seconds_since "$started")"
wait "$looking"
cat "$WORK/looking"

say "what it logged: $(wc -l <"$log") lines"
cut -c 1-160 "$log"
[ "$code" = 0 ] && ! grep -q Traceback "$log" && say "proved"

#!/bin/bash
# Runs a program as if its package were installed: `installed.sh UNPACKED HERE PROGRAM ARGUMENT…`, in a mount space of its
# own. What the package brings lies over /usr and /etc, what is in HERE/etc over both; HERE/passwd and HERE/group add lines
# to the machine's. With RUN_AS=ID the folder is given to that user, and the program runs as him.
set -e
unpacked=$1 here=$2
shift 2
mkdir -p "$here/etc"
for file in passwd group; do
  if [ -f "$here/$file" ]; then cat "/etc/$file" "$here/$file" > "$here/etc/$file"; fi
done
layers() { for layer in "$@"; do if [ -d "$layer" ]; then printf ':%s' "$layer"; fi; done; }
usr=$(layers "$unpacked/usr" /usr) etc=$(layers "$here/etc" "$unpacked/etc" /etc)
if [ -d "$unpacked/usr" ]; then mount -t overlay overlay -o "lowerdir=${usr#:}" /usr; fi
mount -t overlay overlay -o "lowerdir=${etc#:}" /etc
for scratch in /var/lib /var/spool /var/log /run; do mount -t tmpfs tmpfs "$scratch"; done
if [ -n "$RUN_AS" ]; then
  chown -R "$RUN_AS:$RUN_AS" "$here"
  exec setpriv --reuid "$RUN_AS" --regid "$RUN_AS" --clear-groups -- "$@"
fi
exec "$@"

#!/bin/sh
# nginx with deploy/nginx.conf. UNROLL_FRAME_ANCESTORS names, with spaces between, the hosts whose
# pages may show Unroll in a frame: "https://learn.example.org https://*.example.com". Without it
# only pages of the same host may.
set -eu
from=${NGINX_CONF:-/etc/nginx/nginx.conf}
made=${NGINX_MADE:-/tmp/nginx.conf}
hosts=${UNROLL_FRAME_ANCESTORS:-}

case $hosts in
*[!A-Za-z0-9.:/*\ -]*)
    echo "UNROLL_FRAME_ANCESTORS holds hosts such as https://learn.example.org, got: $hosts" >&2
    exit 2
    ;;
esac
if [ -n "$hosts" ]; then
    # X-Frame-Options cannot name hosts. The cookie must come along in a frame of another site, for
    # which browsers want it secure: serve by https.
    sed -e "s|frame-ancestors 'self'|& $hosts|" \
        -e '/add_header X-Frame-Options/d' \
        -e 's/userid_flags .*/userid_flags httponly secure samesite=none;/' "$from" >"$made"
else
    cp "$from" "$made"
fi
exec ${NGINX:-nginx} -c "$made" -g "daemon off;"

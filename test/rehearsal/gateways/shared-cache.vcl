vcl 4.1;

# As eager as a shared cache may be (RFC 9111, section 3). Credentials, cookies and the organisation keep nothing from being
# stored; only the answer's own headers do. Varnish itself obeys Vary, and stores for two minutes what says nothing.

backend service {
  .host = "127.0.0.1";
  .port = "3000";
}

sub vcl_recv {
  if (req.method != "GET" && req.method != "HEAD") {
    return (pass);
  }
  return (hash);
}

# Nor is it remembered that an answer was not to be stored: the next one for the same path may be.
sub not_to_be_stored {
  set beresp.ttl = 0s;
  set beresp.grace = 0s;
  set beresp.uncacheable = true;
  return (deliver);
}

sub vcl_backend_response {
  if (bereq.uncacheable) {
    return (deliver);
  }
  # What else may be stored although nothing says for how long (RFC 9110, section 15.1).
  if (!beresp.http.Cache-Control && (beresp.status == 405 || beresp.status == 501)) {
    set beresp.ttl = 120s;
  }
  if (beresp.ttl <= 0s || beresp.http.Vary == "*" || beresp.http.Cache-Control ~ "(?i)no-store|no-cache") {
    call not_to_be_stored;
  }
  # OBEYS PRIVATE: from here on, what a cache leaves out that takes itself for the caller's own.
  if (beresp.http.Cache-Control ~ "(?i)private") {
    call not_to_be_stored;
  }
  # RFC 9111, section 3.5.
  if (bereq.http.Authorization && beresp.http.Cache-Control !~ "(?i)public|must-revalidate|s-maxage") {
    call not_to_be_stored;
  }
  # END
  return (deliver);
}

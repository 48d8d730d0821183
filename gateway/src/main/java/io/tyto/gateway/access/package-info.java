/// Who may come in: API keys, tokens of issuers, the credential of this machine's operator, and
/// what is noted of what they did. Entry type: {@link io.tyto.gateway.access.AccessAuthenticator}.
/// Libraries for tokens stay in here.
@NullMarked
package io.tyto.gateway.access;

import org.jspecify.annotations.NullMarked;

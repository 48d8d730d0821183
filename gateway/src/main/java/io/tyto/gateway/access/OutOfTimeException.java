package io.tyto.gateway.access;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;

/// UNAUTHENTICATED, in the words of any other refusal: of a token that its issuer has signed, and
/// that is not good yet, or not any more. Nobody guesses such a one.
final class OutOfTimeException extends TytoException {
  private static final long serialVersionUID = 1L;

  OutOfTimeException() {
    super(ErrorCode.UNAUTHENTICATED, AccessAuthenticator.REFUSED);
  }
}

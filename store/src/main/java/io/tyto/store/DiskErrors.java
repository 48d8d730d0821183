package io.tyto.store;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.util.Locale;

/// Turns what the operating system says into what the reader needs.
public final class DiskErrors {
  private DiskErrors() {}

  /// Whether the failure says that space or quota ran out.
  public static boolean isFull(IOException failure) {
    String text = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("no space left") || text.contains("quota exceeded");
  }

  /// DISK_FULL or STORE_FAILED. Only for steps after which nothing has become visible.
  ///
  /// @param what what was tried and where, such as `write 1/catalog/00000000000000000007`
  public static TytoException before(String what, IOException failure) {
    return isFull(failure)
        ? new TytoException(
            ErrorCode.DISK_FULL,
            "Could not %s: the disk is full (%s). Nothing was stored; free some space and repeat."
                .formatted(what, failure.getMessage()),
            failure)
        : failed(what, failure);
  }

  /// STORE_FAILED, for a step whose effect may or may not be there.
  public static TytoException failed(String what, IOException failure) {
    return new TytoException(
        ErrorCode.STORE_FAILED,
        "Could not %s: %s. Check the disk (dmesg, SMART, mount options) and repeat."
            .formatted(what, describe(failure)),
        failure);
  }

  private static String describe(IOException failure) {
    return failure.getClass().getSimpleName() + ": " + failure.getMessage();
  }
}

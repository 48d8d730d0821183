package io.tyto.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class S3LocationTest {
  @Test
  void addressesAreThoseOfTheService() {
    assertEquals(
        "https://rows.s3.eu-central-1.amazonaws.com/a/b/1/m/01",
        S3Location.of("s3://rows/a/b/", null, "eu-central-1").object("1/m/01").toString());
    assertEquals(
        "https://s3.eu-central-1.amazonaws.com/my.rows/1",
        S3Location.of("s3://my.rows", null, "eu-central-1").object("1").toString());
    assertEquals(
        "http://127.0.0.1:9000/rows/p/1",
        S3Location.of("s3://rows/p", "http://127.0.0.1:9000", "x").object("1").toString());
    assertEquals(
        "http://h:9000/rows/?a=%20%2A%2F%3D~&b=",
        S3Location.of("s3://rows", "http://h:9000/", "x")
            .bucket(Map.of("b", "", "a", " */=~"))
            .toString());
  }

  @Test
  void whatIsNoPlaceIsRefused() {
    for (String store :
        List.of("", "s3://", "s3://ab", "s3://Rows", "s3://rows//a", "http://rows")) {
      assertInvalid(() -> S3Location.of(store, null, "us-east-1"), store);
    }
    assertInvalid(() -> S3Location.of("s3://rows", "127.0.0.1:9000", "x"), "127.0.0.1:9000");
    assertInvalid(() -> S3Location.of("s3://rows", "http://u:p@h", "x"), "http://u:p@h");
    assertInvalid(() -> S3Location.of("s3://rows", "http://h/a", "x"), "http://h/a");
    assertInvalid(() -> S3Location.of("s3://rows", null, ""), "region");
    assertInvalid(() -> S3Credentials.from(Map.of("AWS_ACCESS_KEY_ID", "a")), "AWS_SECRET");
  }

  private static void assertInvalid(Runnable call, String named) {
    TytoException failure = assertThrows(TytoException.class, call::run, named);
    assertEquals(ErrorCode.CONFIG_INVALID, failure.code());
    assertTrue(String.valueOf(failure.getMessage()).contains(named), failure.getMessage());
  }
}

package io.tyto.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The examples of Amazon's manual, "Signature Calculations for the Authorization Header:
/// Transferring Payload in a Single Chunk".
final class S3SignerTest {
  private static final String HOST = "https://examplebucket.s3.amazonaws.com";
  private static final Instant THEN = Instant.parse("2013-05-24T00:00:00Z");
  private static final String NOTHING = S3Signer.sha256(new byte[0]);
  private static final S3Signer SIGNER =
      new S3Signer(
          new S3Credentials(
              "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", null),
          "us-east-1");

  private static void assertSigned(
      String signedHeaders, String signature, Map<String, String> headers) {
    assertEquals(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=%s, Signature=%s"
            .formatted(signedHeaders, signature),
        headers.get("authorization"));
  }

  @Test
  void aPartOfAnObject() {
    assertSigned(
        "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        SIGNER.sign(
            "GET", URI.create(HOST + "/test.txt"), Map.of("Range", "bytes=0-9"), NOTHING, THEN));
  }

  @Test
  void anObjectThatIsPut() {
    assertSigned(
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        SIGNER.sign(
            "PUT",
            URI.create(HOST + "/test%24file.text"),
            Map.of(
                "Date",
                "Fri, 24 May 2013 00:00:00 GMT",
                "x-amz-storage-class",
                "REDUCED_REDUNDANCY"),
            S3Signer.sha256("Welcome to Amazon S3.".getBytes(StandardCharsets.UTF_8)),
            THEN));
  }

  @Test
  void aQuestionWithoutValue() {
    assertSigned(
        "host;x-amz-content-sha256;x-amz-date",
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        SIGNER.sign("GET", URI.create(HOST + "/?lifecycle"), Map.of(), NOTHING, THEN));
  }

  @Test
  void aListOfObjects() {
    for (String uri : new String[] {"/?max-keys=2&prefix=J", "?prefix=J&max-keys=2"}) {
      assertSigned(
          "host;x-amz-content-sha256;x-amz-date",
          "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
          SIGNER.sign("GET", URI.create(HOST + uri), Map.of(), NOTHING, THEN));
    }
  }

  @Test
  void temporaryCredentialsSendTheirTokenSigned() {
    S3Credentials temporary =
        S3Credentials.from(
            Map.of(
                "AWS_ACCESS_KEY_ID", "id",
                "AWS_SECRET_ACCESS_KEY", "very-secret",
                "AWS_SESSION_TOKEN", "token"));
    Map<String, String> headers =
        new S3Signer(temporary, "us-east-1")
            .sign("GET", URI.create(HOST + "/a"), Map.of(), NOTHING, THEN);
    assertEquals("token", headers.get("x-amz-security-token"));
    assertTrue(headers.getOrDefault("authorization", "").contains(";x-amz-security-token,"));
    assertFalse((temporary + headers.toString()).contains("very-secret"));
  }
}

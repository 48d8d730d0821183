package io.tyto.ingest.privacy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.Schemas;
import io.tyto.ingest.decode.PayloadForm;
import io.tyto.ingest.decode.Rejection;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivatePayloadTest {
  private static final String CONFIG =
      """
      collection: sale
      fields:
        user: { type: string, privacy: { policy: hash } }
        mail: { type: "string[]", privacy: { policy: tokenize } }
        card: { type: string, privacy: { policy: mask, mask: { shown: 4 } } }
        note: { type: json, privacy: { policy: drop } }
        amount: long
      source:
        map: { user: /who/id, mail: "/mails/*/at" }
      """;

  @TempDir Path folder;
  private PrivatePayload payloads = payloads(CONFIG, new KeyFile(Path.of("none")));

  @BeforeEach
  void makeKey() {
    KeyFile keys = new KeyFile(folder.resolve("1.key"));
    keys.create();
    payloads = payloads(CONFIG, keys);
  }

  private static PrivatePayload payloads(String config, KeyFile keys) {
    EventConfig parsed =
        ConfigParser.parse(List.of(new ConfigFile("a.yaml", config))).orThrow().getFirst();
    TableSchema schema = Schemas.firstVersion(parsed, 1, 1, 1);
    return new PrivatePayload(schema, keys);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String kept(String record, PayloadForm form) {
    byte[] kept = Objects.requireNonNull(payloads.of(utf8(record), form), record);
    assertArrayEquals(kept, payloads.of(kept, form), "twice is once");
    return new String(kept, StandardCharsets.UTF_8);
  }

  private void assertHidden(String expected, String record) {
    String kept = kept(record, PayloadForm.JSON);
    assertEquals(expected, kept.replaceAll("\"tk1_[A-Za-z0-9_-]+\"", "T"));
    assertFalse(kept.contains("SECRET"), kept);
  }

  @Test
  void valuesAreReplacedWhereverTheyStand() {
    assertHidden(
        "{ \"amount\" : 1.50, \"who\": {\"id\": T, \"x\":[1,{}]}, \"card\":T ,\"note\":null}",
        "{ \"amount\" : 1.50, \"who\": {\"id\": \"SECRET\\n\", \"x\":[1,{}]}, \"card\":\"SECRET\""
            + " ,\"note\":{\"a\":[\"SECRET\"]}}");
    assertHidden(
        "{\"mails\":[{\"at\":T,\"k\":1},{\"at\":null},{\"at\":T}]}",
        "{\"mails\":[{\"at\":\"SECRET\",\"k\":1},{\"at\":null},{\"at\":{\"SECRET\":1}}]}");
    assertHidden(
        "{\"w\\u0068o\":{\"\\u0069d\":T},\"id\":1}",
        "{\"w\\u0068o\":{\"\\u0069d\":\"SECRET\"},\"id\":1}");
  }

  @Test
  void whatHasAnotherShapeThanThePathIsHiddenWhole() {
    assertHidden("{\"who\":T}", "{\"who\":\"SECRET\"}");
    assertHidden("{\"who\":T}", "{\"who\":[\"SECRET\"]}");
    assertHidden("{\"mails\":T}", "{\"mails\":\"SECRET\"}");
    assertHidden("{\"mails\":{\"at\":T}}", "{\"mails\":{\"at\":\"SECRET\"}}");
    assertHidden("{\"mails\":[T,T]}", "{\"mails\":[\"SECRET\",[\"SECRET\"]]}");
    assertHidden("null", "\"SECRET\""); // for one of the columns is dropped
    assertHidden("null", "[{\"who\":\"SECRET\"}]");
  }

  @Test
  void aKeyThatStandsTwiceIsHiddenTwice() {
    assertHidden("{\"card\":T,\"card\":T}", "{\"card\":\"SECRET\",\"card\":\"SECRET2\"}");
  }

  @Test
  void whatCannotBeReadIsNotKept() {
    assertNull(payloads.of(utf8("{\"card\":\"SECRET\""), PayloadForm.JSON));
    assertNull(payloads.of(utf8("{\"card\":SECRET}"), PayloadForm.JSON));
    assertNull(payloads.of(new byte[] {'{', '"', (byte) 0xFF, '"', '}'}, PayloadForm.JSON));
    assertNull(payloads.of(utf8("{}"), PayloadForm.OPAQUE));
    PayloadForm table = new PayloadForm.Table(List.of("card", "amount"), ',', '"');
    assertNull(payloads.of(utf8("1,2,SECRET"), table));
    assertNull(payloads.of(utf8("\"SECRET,2"), table));
  }

  @Test
  void cellsOfATableAreReplaced() {
    PayloadForm table =
        new PayloadForm.Table(List.of("amount", "card", "who", "note", "user"), ';', '"');
    String kept = kept("1;\"SEC;\"\"RET\";SECRET;SECRET;x", table);
    assertEquals("1;T;T;;x", kept.replaceAll("tk1_[A-Za-z0-9_-]+", "T"));
    assertEquals("1;;;", kept("1;;;", table));
    assertEquals(
        "1;\"SEC;\"\"RET\";SECRET;;x",
        new String(payloads.restored(utf8(kept), table), StandardCharsets.UTF_8));
  }

  @Test
  void aReplayGetsTheRecordBackButForWhatWasDropped() {
    String record =
        "{\"who\":{\"id\":\"a\\u00e9\"},\"card\":17,\"mails\":[{\"at\":[1]}],\"note\":1}";
    byte[] kept = utf8(kept(record, PayloadForm.JSON));
    assertEquals(
        record.replace("\"note\":1", "\"note\":null"),
        new String(payloads.restored(kept, PayloadForm.JSON), StandardCharsets.UTF_8));
    byte[] key = payloads.ofKey(utf8("user-1"));
    assertArrayEquals(key, payloads.ofKey(key));
    assertArrayEquals(utf8("user-1"), payloads.restoredKey(key));
  }

  @Test
  void aTokenThatWasSentAsAValueIsAValue() {
    KeyFile keys = new KeyFile(folder.resolve("1.key"));
    String sent = new String(keys.values().token(utf8("x")), StandardCharsets.US_ASCII);
    String record = "{\"card\":\"" + sent + "\"}";
    String kept = kept(record, PayloadForm.JSON);
    assertFalse(kept.contains(sent));
    assertEquals(
        record,
        new String(payloads.restored(utf8(kept), PayloadForm.JSON), StandardCharsets.UTF_8));
  }

  @Test
  void messagesDoNotShowWhatWasFound() {
    Rejection aboutPrivate =
        new Rejection(Rejection.Code.BAD_FORMAT, "card", "found \"SECRET\", expected string");
    assertFalse(payloads.of(aboutPrivate).message().contains("SECRET"));
    Rejection aboutAll =
        new Rejection(Rejection.Code.MALFORMED_JSON, null, "not JSON: found \"SECRET\"");
    assertFalse(payloads.of(aboutAll).message().contains("SECRET"));
    Rejection harmless =
        new Rejection(Rejection.Code.BAD_FORMAT, "amount", "found \"x\", expected long");
    assertEquals(harmless, payloads.of(harmless));
    assertEquals(payloads.of(aboutPrivate), payloads.of(payloads.of(aboutPrivate)));
    assertTrue(payloads.of(aboutPrivate).message().contains("expected string"));
  }

  @Test
  void aCollectionWithoutPrivateFieldsKeepsEverything() {
    PrivatePayload none =
        payloads("collection: x\nfields: { a: long }\n", new KeyFile(Path.of("none")));
    byte[] record = utf8("{\"a\":");
    assertArrayEquals(record, none.of(record, PayloadForm.JSON));
  }
}

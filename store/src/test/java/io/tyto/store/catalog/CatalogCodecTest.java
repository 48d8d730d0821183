package io.tyto.store.catalog;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.SystemColumns;
import io.tyto.store.catalog.CatalogCodec.Entry;
import io.tyto.store.catalog.CatalogDraft.NewColumn;
import io.tyto.store.catalog.CatalogState.Project;
import io.tyto.store.catalog.CatalogState.SavedItem;
import io.tyto.store.document.SealedJson;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The golden file is of format 1 and never changes: what was written once stays readable.
final class CatalogCodecTest {

  /// One fact of each kind, and the state they make.
  static Entry entry() {
    CatalogDraft draft = new CatalogDraft(CatalogState.EMPTY);
    draft.addProject(new Project(1, "default"));
    int shared = draft.addGroup("user", "user", 4);
    int alone = draft.addGroup("page", null, 1);
    int login =
        draft.addCollection(
            "login", shared, "collection: login\n", List.of(new NewColumn("ts", "timestamp")));
    draft.addCollection("page", alone, "collection: page\n", List.of());
    draft.addConfigVersion(
        login,
        "collection: login # more\n",
        List.of(
            new NewColumn("ts", "timestamp", false, SystemColumns.FIRST_USER_ID),
            new NewColumn("amount", "decimal(18,2)")));
    draft.addImport("ab".repeat(32), "login \"1\".csv", login, 39_244);
    return new Entry(
        256,
        "01".repeat(32),
        "7f000001-0000-4000-8000-000000000001",
        "7f000001-0000-4000-8000-000000000002",
        draft.facts(),
        draft.state().atVersion(256));
  }

  @Test
  void theGoldenVersionStaysReadableAndIsWrittenTheSame() throws IOException {
    byte[] golden;
    try (InputStream file = CatalogCodecTest.class.getResourceAsStream("/golden/catalog-v1.json")) {
      golden = Objects.requireNonNull(file).readAllBytes();
    }
    assertEquals(entry(), CatalogCodec.decode("catalog-v1.json", golden));
    assertArrayEquals(golden, CatalogCodec.encode(entry()));
  }

  @Test
  void aVersionMayCarryNoState() {
    Entry whole = entry();
    Entry change =
        new Entry(
            7, whole.previousSha256(), whole.writerId(), whole.commitId(), whole.facts(), null);
    Entry read = CatalogCodec.decode("key", CatalogCodec.encode(change));
    assertEquals(change, read);
    assertNull(read.state());
  }

  @Test
  void aDerivedColumnIsReadAsSuch() {
    CatalogDraft draft = new CatalogDraft(CatalogState.EMPTY);
    int group = draft.addGroup("page", null, 1);
    draft.addCollection(
        "page", group, "collection: page\n", List.of(new NewColumn("size", "long", true, 0)));
    Entry whole = entry();
    Entry change =
        new Entry(
            7, whole.previousSha256(), whole.writerId(), whole.commitId(), draft.facts(), null);
    assertEquals(change, CatalogCodec.decode("key", CatalogCodec.encode(change)));
  }

  @Test
  void whatIsSavedIsReadAsItWas() {
    CatalogDraft draft = new CatalogDraft(CatalogState.EMPTY);
    draft.save(
        new SavedItem("query:1", "query", "acme", "a", "sha256:00", "{\"document\":1}", 3, 17));
    draft.save(new SavedItem("dashboard:2", "dashboard", "acme", "b", null, "{}", 1, -1));
    draft.dropSaved("query:7");
    draft.save(new SavedItem("query:8", "query", "acme", "c", "sha256:01", "{}", 1, 0));
    draft.dropSaved("query:8");
    Entry whole = new Entry(256, "", "w", "c", draft.facts(), draft.state().atVersion(256));
    assertEquals(4, whole.facts().size());
    assertEquals(Set.of("query:1", "dashboard:2"), draft.state().saved().keySet());
    assertEquals(whole, CatalogCodec.decode("key", CatalogCodec.encode(whole)));
  }

  @Test
  void aFactOfAnUnknownKindIsRefusedAndNotLeftOut() {
    byte[] newer =
        SealedJson.seal(json -> {
          json.writeNumberField("format", 1);
          json.writeArrayFieldStart("requires");
          json.writeEndArray();
          json.writeNumberField("v", 1);
          json.writeStringField("prevSha", "");
          json.writeStringField("writerId", "w");
          json.writeStringField("commitId", "c");
          json.writeArrayFieldStart("facts");
          json.writeStartObject();
          json.writeStringField("fact", "constellation");
          json.writeEndObject();
          json.writeEndArray();
        });
    TytoException refused =
        assertThrows(TytoException.class, () -> CatalogCodec.decode("key", newer));
    assertEquals(ErrorCode.STORE_UNSUITABLE, refused.code());
  }
}

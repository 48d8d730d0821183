package io.tyto.gateway.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.graphqlschema.DocumentId;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Folders that come and go. Whatever is registered makes them be read again at once.
final class TrustedDocumentsTest {
  private static final String FIRST = "{ collections { name } }";
  private static final String SECOND = "{ schemaVersion }";
  private static final String THIRD = "{ __typename }";

  @TempDir Path home;

  @Test
  void aFolderThatIsAwayTakesNoTrustBack() throws Exception {
    Path folder = Files.createDirectory(home.resolve("own"));
    Files.writeString(folder.resolve("first.graphql"), FIRST);
    TrustedDocuments documents = new TrustedDocuments(folder, home.resolve("registered"));
    Path away = Files.move(folder, home.resolve("away"));
    documents.register(DocumentId.of(SECOND), SECOND);
    assertEquals(FIRST, documents.get(DocumentId.of(FIRST)));
    assertEquals(SECOND, documents.get(DocumentId.of(SECOND)));
    assertTrue(documents.remove(DocumentId.of(SECOND)));
    assertNull(documents.get(DocumentId.of(SECOND)));
    assertEquals(FIRST, documents.get(DocumentId.of(FIRST)));
    // When it is back, what it holds goes.
    Files.delete(away.resolve("first.graphql"));
    Files.writeString(away.resolve("third.graphql"), THIRD);
    Files.move(away, folder);
    documents.register(DocumentId.of(SECOND), SECOND);
    assertEquals(THIRD, documents.get(DocumentId.of(THIRD)));
    assertNull(documents.get(DocumentId.of(FIRST)));
    assertEquals(SECOND, documents.get(DocumentId.of(SECOND)));
  }

  @Test
  void aFolderThatWasNeverThereHoldsNothing() {
    TrustedDocuments documents = new TrustedDocuments(home.resolve("own"), home.resolve("more"));
    assertTrue(documents.all().isEmpty());
    documents.register(DocumentId.of(FIRST), FIRST);
    assertEquals(FIRST, documents.get(DocumentId.of(FIRST)));
  }
}

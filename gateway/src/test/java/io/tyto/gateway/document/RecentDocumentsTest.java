package io.tyto.gateway.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tyto.graphqlschema.DocumentId;
import org.junit.jupiter.api.Test;

final class RecentDocumentsTest {
  @Test
  void whatWasUsedLongestAgoGoesFirst() {
    RecentDocuments recent = new RecentDocuments();
    DocumentId used = DocumentId.of("used");
    recent.put(used, "used");
    for (int i = 0; i < 20_000; i++) {
      recent.put(DocumentId.of("document " + i), "document " + i);
      assertNotNull(recent.get(used));
    }
    assertNull(recent.get(DocumentId.of("document 0")));
    assertEquals("document 19999", recent.get(DocumentId.of("document 19999")));
  }

  @Test
  void longOnesAreNotKeptAndManyTakeNoMoreThanTheirRoom() {
    RecentDocuments recent = new RecentDocuments();
    String tooLong = "x".repeat(100_001);
    recent.put(DocumentId.of(tooLong), tooLong);
    assertNull(recent.get(DocumentId.of(tooLong)));
    int kept = 0;
    for (int i = 0; i < 400; i++) {
      String text = i + "x".repeat(90_000);
      recent.put(DocumentId.of(text), text);
    }
    for (int i = 0; i < 400; i++) {
      kept += recent.get(DocumentId.of(i + "x".repeat(90_000))) == null ? 0 : 1;
    }
    assertEquals((16 << 20) / 90_003, kept);
  }
}

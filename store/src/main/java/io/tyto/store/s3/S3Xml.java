package io.tyto.store.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/// The two documents that are read from answers.
final class S3Xml {
  /// @param names of objects in the bucket
  /// @param next where the list goes on; null at its end
  record Page(List<String> names, @Nullable String next) {}

  /// What the server says is wrong.
  ///
  /// @param code such as `NoSuchKey`
  record Problem(String code, String message) {}

  private interface Element {
    void read(String name, XMLStreamReader reader) throws XMLStreamException;
  }

  private S3Xml() {}

  /// A page of an answer to ListObjectsV2; IOException where it is none.
  static Page page(byte[] document) throws IOException {
    List<String> names = new ArrayList<>();
    String[] next = new String[1];
    boolean[] isPage = new boolean[1];
    try {
      read(
          document,
          (name, reader) -> {
            switch (name) {
              case "ListBucketResult" -> isPage[0] = true;
              case "Key" -> names.add(reader.getElementText());
              case "NextContinuationToken" -> next[0] = reader.getElementText();
              default -> {}
            }
          });
    } catch (XMLStreamException e) {
      throw new IOException("the list of objects cannot be read: " + e.getMessage(), e);
    }
    if (!isPage[0]) {
      throw new IOException("the answer is not a list of objects");
    }
    return new Page(names, next[0]);
  }

  /// What an answer with an error says; empty texts where it is not of this form, as that of a
  /// server in between.
  static Problem problem(byte[] document) {
    String[] found = {"", ""};
    try {
      read(
          document,
          (name, reader) -> {
            switch (name) {
              case "Code" -> found[0] = reader.getElementText();
              case "Message" -> found[1] = reader.getElementText();
              default -> {}
            }
          });
    } catch (XMLStreamException _) {
      return new Problem("", "");
    }
    return new Problem(found[0], found[1]);
  }

  private static void read(byte[] document, Element element) throws XMLStreamException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(document));
    try {
      while (reader.hasNext()) {
        if (reader.next() == XMLStreamConstants.START_ELEMENT) {
          element.read(reader.getLocalName(), reader);
        }
      }
    } finally {
      reader.close();
    }
  }
}

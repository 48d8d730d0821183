package io.tyto.testkit.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.SystemColumns;
import io.tyto.store.StoreKeys;
import io.tyto.store.catalog.Catalog;
import io.tyto.store.catalog.CatalogDraft.NewColumn;
import io.tyto.store.catalog.CatalogState;
import io.tyto.store.catalog.CatalogState.Collection;
import io.tyto.store.catalog.CatalogState.Column;
import io.tyto.store.catalog.CatalogState.ImportedFile;
import io.tyto.store.catalog.CatalogState.Project;
import io.tyto.testkit.storage.MemoryStore.Fate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class CatalogTest {
  private static final NewColumn TS = new NewColumn("ts", "timestamp");
  private static final NewColumn AMOUNT = new NewColumn("amount", "decimal(18,2)");

  private final MemoryStore store = new MemoryStore();

  private Catalog open() {
    return Catalog.open(store, StoreKeys.DEFAULT_PROJECT, "writer");
  }

  private static int addLogin(Catalog catalog) {
    int[] id = {0};
    catalog.change(draft -> {
      int group = draft.addGroup("user", "user", 4);
      id[0] = draft.addCollection("login", group, "collection: login", List.of(TS));
    });
    return id[0];
  }

  @Test
  void whatIsRecordedIsReadByWhoeverOpensNext() {
    Catalog catalog = open();
    assertEquals(0, catalog.state().version());
    int login = addLogin(catalog);
    CatalogState state = open().state();
    assertEquals(catalog.state(), state);
    assertEquals(1, state.version());
    assertEquals(List.of(new Project(1, "default")), List.copyOf(state.projects().values()));
    Collection collection = state.collection("login").orElseThrow();
    assertEquals(login, collection.id());
    assertEquals(4, state.groupOfEntity("user").orElseThrow().partitions());
    assertEquals(List.of(collection), state.collectionsOf(collection.groupId()));
    assertEquals(
        List.of(new Column(SystemColumns.FIRST_USER_ID, "ts", "timestamp")),
        collection.newest().columns());
  }

  @Test
  void addedColumnsGetFreshIdsAndOthersKeepTheirs() {
    Catalog catalog = open();
    int login = addLogin(catalog);
    catalog.change(draft -> draft.addConfigVersion(login, "v2", List.of(AMOUNT, keeping(TS, 16))));
    Collection collection = catalog.state().collection("login").orElseThrow();
    assertEquals(2, collection.newest().version());
    assertEquals(
        List.of(new Column(17, "amount", "decimal(18,2)"), new Column(16, "ts", "timestamp")),
        collection.newest().columns());
    assertEquals("collection: login", collection.versions().getFirst().configText());
  }

  @Test
  void aColumnThatGoesLeavesItsIdBehind() {
    Catalog catalog = open();
    int login = addLogin(catalog);
    NewColumn half = new NewColumn("half", "double", true, 0);
    catalog.change(
        draft -> draft.addConfigVersion(login, "v2", List.of(keeping(TS, 16), AMOUNT, half)));
    catalog.change(draft -> draft.addConfigVersion(login, "v3", List.of(keeping(TS, 16))));
    Collection without = catalog.state().collection("login").orElseThrow();
    assertEquals(List.of(new Column(17, "amount", "decimal(18,2)")), without.dormant());
    NewColumn wider = new NewColumn("total", "decimal(30,2)", false, 17);
    catalog.change(
        draft -> draft.addConfigVersion(login, "v4", List.of(keeping(TS, 16), wider, AMOUNT)));
    Collection again = open().state().collection("login").orElseThrow();
    assertEquals(
        List.of(
            new Column(16, "ts", "timestamp"),
            new Column(17, "total", "decimal(30,2)"),
            new Column(19, "amount", "decimal(18,2)")),
        again.newest().columns());
    assertEquals(List.of(), again.dormant());
  }

  @Test
  void noTwoColumnsKeepOneIdAndNothingIsRecorded() {
    Catalog catalog = open();
    int login = addLogin(catalog);
    for (List<NewColumn> columns :
        List.of(List.of(keeping(TS, 16), keeping(AMOUNT, 16)), List.of(keeping(TS, 17)))) {
      assertThrows(
          IllegalArgumentException.class,
          () ->
              catalog.change(draft -> {
                draft.addGroup("other", null, 1);
                draft.addConfigVersion(login, "v2", columns);
              }));
    }
    assertEquals(1, open().state().version());
    assertEquals(1, catalog.state().groups().size());
  }

  private static NewColumn keeping(NewColumn column, int id) {
    return new NewColumn(column.name(), column.type(), column.isDerived(), id);
  }

  @Test
  void anEditThatAddsNothingWritesNothing() {
    Catalog catalog = open();
    assertEquals(0, catalog.change(_ -> {}).version());
    int login = addLogin(catalog);
    catalog.change(draft -> draft.addImport("abc", "a.csv", login, 10));
    catalog.change(draft -> draft.addImport("abc", "a.csv", login, 10));
    assertEquals(2, catalog.state().version());
    catalog.change(draft -> draft.addImport("abc", "b.csv", login, 10));
    assertEquals(
        List.of(new ImportedFile("abc", List.of("a.csv", "b.csv"), login, 10)),
        List.copyOf(catalog.state().imports().values()));
  }

  @Test
  void openingReadsTheNewestWholeStateAndWhatFollows() {
    Catalog catalog = open();
    int login = addLogin(catalog);
    for (int i = 2; i <= 600; i++) {
      String contentId = "file" + i;
      catalog.change(draft -> draft.addImport(contentId, contentId, login, 1));
    }
    List<String> reads = new ArrayList<>();
    MemoryStore watched =
        store.through(call -> {
          reads.add(call);
          return Fate.ANSWERED;
        });
    CatalogState state = Catalog.open(watched, StoreKeys.DEFAULT_PROJECT, "reader").state();
    assertEquals(catalog.state(), state);
    assertEquals(599, state.imports().size());
    assertTrue(reads.size() < 100, reads.size() + " calls");
  }

  @Test
  void aReaderThatSleptThroughCollectionStartsAnew() {
    Catalog sleeper = open();
    Catalog owner = open();
    int login = addLogin(owner);
    for (int i = 2; i <= 300; i++) {
      String contentId = "file" + i;
      owner.change(draft -> draft.addImport(contentId, contentId, login, 1));
    }
    for (int version = 1; version < 256; version++) {
      store.delete(StoreKeys.numbered(StoreKeys.catalog(1), version));
    }
    assertEquals(owner.state(), sleeper.refresh());
  }

  @Test
  void rivalsNeverGiveOutAnIdTwice() throws Exception {
    int writers = 4;
    int each = 25;
    try (ExecutorService pool = Executors.newFixedThreadPool(writers)) {
      List<Future<?>> done = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        Catalog catalog = open();
        String name = "c" + writer + "x";
        done.add(
            pool.submit(() -> {
              for (int i = 0; i < each; i++) {
                String unique = name + i;
                catalog.change(draft ->
                    draft.addCollection(unique, draft.addGroup(unique, null, 1), "", List.of()));
              }
            }));
      }
      for (Future<?> future : done) {
        future.get();
      }
    }
    CatalogState state = open().state();
    assertEquals(writers * each, state.version());
    assertEquals(writers * each, state.collections().size());
    assertEquals(
        writers * each,
        state.collections().values().stream().map(Collection::name).distinct().count());
  }

  @Test
  void aLostAnswerIsNotRecordedTwice() {
    int[] puts = {0};
    MemoryStore shaky =
        store.through(call ->
            call.startsWith("putIfAbsent") && puts[0]++ == 0 ? Fate.ANSWER_LOST : Fate.ANSWERED);
    addLogin(Catalog.open(shaky, StoreKeys.DEFAULT_PROJECT, "writer"));
    assertEquals(1, open().state().version());
  }

  @Test
  void aMissingVersionIsAnError() {
    Catalog catalog = open();
    int login = addLogin(catalog);
    catalog.change(draft -> draft.addImport("abc", "a.csv", login, 10));
    catalog.change(draft -> draft.addImport("def", "b.csv", login, 10));
    String missing = StoreKeys.numbered(StoreKeys.catalog(1), 2);
    store.delete(missing);
    TytoException corrupt = assertThrows(TytoException.class, this::open);
    assertEquals(ErrorCode.MANIFEST_CORRUPT, corrupt.code());
    assertTrue(String.valueOf(corrupt.getMessage()).contains(missing), corrupt.getMessage());
    assertFalse(store.exists(missing));
  }
}

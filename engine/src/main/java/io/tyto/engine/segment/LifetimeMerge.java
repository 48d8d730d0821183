package io.tyto.engine.segment;

import io.tyto.engine.state.StateOverlay;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// Many segments of states as one: of the states of an entity, the one of the newest segment.
public final class LifetimeMerge {
  private LifetimeMerge() {}

  private record Place(LifetimeSegment.Cursor cursor, int age) {}

  /// Visits by ascending id.
  ///
  /// @param segments in the order of their commits, oldest first, all of one layout
  public static void forEach(List<LifetimeSegment> segments, StateOverlay.Visitor visitor) {
    PriorityQueue<Place> places =
        new PriorityQueue<>(
            Comparator.<Place>comparingInt(place -> place.cursor().entity())
                .thenComparing(Comparator.comparingInt(Place::age).reversed()));
    for (Place place : begun(segments)) {
      places.add(place);
    }
    int last = 0;
    while (!places.isEmpty()) {
      Place place = places.remove();
      int entity = place.cursor().entity();
      if (entity != last) {
        visitor.state(entity, place.cursor().state());
        last = entity;
      }
      if (place.cursor().next()) {
        places.add(place);
      }
    }
  }

  private static List<Place> begun(List<LifetimeSegment> segments) {
    List<Place> begun = new ArrayList<>();
    for (int age = 0; age < segments.size(); age++) {
      LifetimeSegment.Cursor cursor = segments.get(age).cursor();
      if (cursor.next()) {
        begun.add(new Place(cursor, age));
      }
    }
    return begun;
  }
}

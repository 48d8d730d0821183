package io.tyto.model.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ApiNamesTest {
  @Test
  void namesAreCamelCasedAndAcronymsKept() {
    String[][] names = {
      {"at_batting", "atBatting", "AT_BATTING"},
      {"yearID", "yearID", "YEAR_ID"},
      {"DivAirportIDs", "divAirportIDs", "DIV_AIRPORT_IDS"},
      {"CRSDepTime", "crsDepTime", "CRS_DEP_TIME"},
      {"USER_ID", "userId", "USER_ID"},
      {"US_DVD_Sales", "usDVDSales", "US_DVDSALES"},
      {"server_id", "serverId", "SERVER_ID"},
      {"column2", "column2", "COLUMN2"},
      {"a_1", "a1", "A1"},
      {"x", "x", "X"},
      {"trailing_", "trailing", "TRAILING"},
      {"my-events", "myEvents", "MY_EVENTS"},
    };
    for (String[] name : names) {
      assertEquals(name[1], ApiNames.field(name[0]), name[0]);
      assertEquals(name[2], ApiNames.constant(ApiNames.field(name[0])), name[0]);
    }
    assertEquals("Recharge", ApiNames.type("recharge"));
  }

  @Test
  void chosenNamesLeaveUnderscoresToTheSystem() {
    assertTrue(ApiNames.isValid("eventCount2"));
    assertFalse(ApiNames.isValid("amount_bin"));
    assertFalse(ApiNames.isValid("_id"));
    assertFalse(ApiNames.isValid("Amount"));
    assertFalse(ApiNames.isValid(""));
  }
}

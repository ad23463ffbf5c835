-- A recording of OpenAdapt: the tables of its v0 with the columns of openadapt-capture 1.3.0, which adds
-- what a file lacks and so would change one that is older. Times are Unix time in seconds.

CREATE TABLE recording (
  id INTEGER NOT NULL PRIMARY KEY,
  timestamp NUMERIC(10, 2),               -- start; every other table repeats it as recording_timestamp
  monitor_width INTEGER,
  monitor_height INTEGER,
  pixel_ratio FLOAT,
  double_click_interval_seconds NUMERIC,
  double_click_distance_pixels NUMERIC,
  platform VARCHAR,                       -- sys.platform
  task_description VARCHAR,
  video_start_time NUMERIC(10, 2),
  config JSON,
  original_recording_id INTEGER REFERENCES recording (id)
);

CREATE TABLE screenshot (
  id INTEGER NOT NULL PRIMARY KEY,
  source_ordinal INTEGER,                 -- place among everything recorded; no two rows share one
  recording_timestamp NUMERIC(10, 2),
  recording_id INTEGER REFERENCES recording (id),
  timestamp NUMERIC(10, 2),
  png_data BLOB,
  png_sha256 VARCHAR,                     -- of png_data, in hexadecimal
  png_diff_data BLOB,
  png_diff_mask_data BLOB
);

CREATE TABLE window_event (
  id INTEGER NOT NULL PRIMARY KEY,
  source_ordinal INTEGER,
  recording_timestamp NUMERIC(10, 2),
  recording_id INTEGER REFERENCES recording (id),
  timestamp NUMERIC(10, 2),
  state JSON,
  title VARCHAR,
  "left" INTEGER,
  top INTEGER,
  width INTEGER,
  height INTEGER,
  window_id VARCHAR
);

CREATE TABLE browser_event (
  id INTEGER NOT NULL PRIMARY KEY,
  source_ordinal INTEGER,
  recording_timestamp NUMERIC(10, 2),
  recording_id INTEGER REFERENCES recording (id),
  message JSON,
  timestamp NUMERIC(10, 2)
);

CREATE TABLE action_event (
  id INTEGER NOT NULL PRIMARY KEY,
  source_ordinal INTEGER,
  name VARCHAR,                           -- move, click, scroll, press or release
  timestamp NUMERIC(10, 2),
  recording_timestamp NUMERIC(10, 2),
  recording_id INTEGER REFERENCES recording (id),
  screenshot_timestamp NUMERIC(10, 2),    -- the last picture before
  screenshot_source_ordinal INTEGER,
  screenshot_id INTEGER REFERENCES screenshot (id),
  after_screenshot_timestamp NUMERIC(10, 2),
  after_screenshot_source_ordinal INTEGER,
  window_event_timestamp NUMERIC(10, 2),
  window_event_source_ordinal INTEGER,
  window_event_id INTEGER REFERENCES window_event (id),
  after_window_event_timestamp NUMERIC(10, 2),
  after_window_event_source_ordinal INTEGER,
  browser_event_timestamp NUMERIC(10, 2),
  browser_event_id INTEGER REFERENCES browser_event (id),
  mouse_x NUMERIC,                        -- px of the desktop
  mouse_y NUMERIC,
  mouse_dx NUMERIC,                       -- notches, positive to the right and up
  mouse_dy NUMERIC,
  active_segment_description VARCHAR,
  available_segment_descriptions VARCHAR,
  mouse_button_name VARCHAR,
  mouse_pressed BOOLEAN,
  key_name VARCHAR,                       -- as pynput names it
  key_char VARCHAR,
  key_vk VARCHAR,                         -- on Linux the keycode of X11
  canonical_key_name VARCHAR,
  canonical_key_char VARCHAR,
  canonical_key_vk VARCHAR,
  parent_id INTEGER REFERENCES action_event (id),
  element_state JSON,
  structural_observation JSON,
  window_geometry_generation INTEGER,
  after_window_geometry_generation INTEGER,
  disabled BOOLEAN
);

CREATE TABLE audio_info (
  id INTEGER NOT NULL PRIMARY KEY,
  timestamp NUMERIC(10, 2),
  flac_data BLOB,
  transcribed_text VARCHAR,
  recording_timestamp NUMERIC(10, 2),
  recording_id INTEGER REFERENCES recording (id),
  sample_rate INTEGER,
  words_with_timestamps TEXT
);

CREATE TABLE performance_stat (
  id INTEGER NOT NULL PRIMARY KEY,
  recording_timestamp NUMERIC(10, 2),
  recording_id INTEGER REFERENCES recording (id),
  event_type VARCHAR,
  start_time INTEGER,
  end_time INTEGER,
  window_id VARCHAR
);

CREATE TABLE memory_stat (
  id INTEGER NOT NULL PRIMARY KEY,
  recording_timestamp INTEGER,
  recording_id INTEGER REFERENCES recording (id),
  memory_usage_bytes NUMERIC(10, 2),
  timestamp NUMERIC(10, 2)
);

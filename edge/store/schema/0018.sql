-- The tills in service are asked for at every decision on a price; a shop has thousands of labels beside them.
CREATE INDEX device_tills ON device (id) WHERE role = 'till' AND enrolled = 1;

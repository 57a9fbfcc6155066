package database

// WithID gives a row that is being created its id. An id of 0 stands for the next free one.
func WithID[C interface{ SetID(id int) C }](create C, id int) C {
	if id == 0 {
		return create
	}
	return create.SetID(id)
}

package job

import (
	"context"
	"errors"
	"io"

	"contactgraph/ent"
	"contactgraph/ent/job"
	"contactgraph/ent/jobchunk"
	"contactgraph/internal/database"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

const (
	// chunkSize is the size of the parts in which a file is stored, in bytes.
	chunkSize = 512 << 10
	// MaxFile is the size of the largest file, in bytes.
	MaxFile = 4 << 30
)

// Upload appends to the file of an import, from the offset, which must be the size so far. It
// returns the new size, also if it fails: then the caller can continue from there. It holds one
// chunk in memory. It fails as Plan does, with Invalid for another offset, and with TooMany for a
// file that is too large.
func (s *Service) Upload(ctx context.Context, id int, offset int64, r io.Reader) (size int64, err error) {
	row, err := s.importIn(ctx, id, []job.State{job.StateUPLOADING})
	if err != nil {
		return 0, err
	}
	if offset != row.Size {
		return row.Size, usererror.Errors{{Code: usererror.Invalid, Path: "offset", Message: "The offset is not the size of what the server has of the file."}}
	}
	for buffer := make([]byte, chunkSize); ; {
		n, err := io.ReadFull(r, buffer)
		ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !ended {
			return offset, err
		}
		if n > 0 {
			if err := s.storeChunk(ctx, row, offset, buffer[:n]); err != nil {
				return offset, err
			}
			offset += int64(n)
		}
		if ended {
			return offset, nil
		}
	}
}

// storeChunk stores a part of the file, if the file ends at its position.
func (s *Service) storeChunk(ctx context.Context, row *ent.Job, position int64, data []byte) error {
	size := position + int64(len(data))
	if size > MaxFile {
		return usererror.Errors{{Code: usererror.TooMany, Path: "file", Message: "The file is larger than 4 GiB: divide it."}}
	}
	return s.db.Write(viewer.NewSystemContext(ctx, row.AccountID), 0, func(ctx context.Context, tx *database.Tx) error {
		n, err := tx.Ent.Job.Update().Where(job.AccountID(row.AccountID), job.ID(row.ID), job.StateEQ(job.StateUPLOADING), job.Size(position)).
			SetSize(size).SetUpdatedAt(s.timestamp()).Save(ctx)
		if err == nil && n == 0 {
			err = usererror.Errors{{Code: usererror.Invalid, Path: "id", Message: "The file is being sent by another request, or the import was canceled."}}
		}
		if err != nil {
			return err
		}
		return tx.Ent.JobChunk.Create().SetJobID(row.ID).SetPosition(position).SetData(data).Exec(ctx)
	})
}

// fileReader reads the file of an import.
type fileReader struct {
	next     func(position int64) ([]byte, error)
	size     int64
	position int64 // of the first byte after rest
	rest     []byte
}

// openFile returns a reader of the file of an import, for as long as ctx lasts. It fails with
// NotFound if the file was deleted.
func (s *Service) openFile(ctx context.Context, row *ent.Job) (*fileReader, error) {
	system := viewer.NewSystemContext(ctx, row.AccountID)
	f := &fileReader{size: row.Size, next: func(position int64) ([]byte, error) {
		chunk, err := s.db.Client().JobChunk.Query().
			Where(jobchunk.AccountID(row.AccountID), jobchunk.JobID(row.ID), jobchunk.Position(position)).Only(system)
		if ent.IsNotFound(err) {
			return nil, errNoFile
		}
		if err != nil {
			return nil, err
		}
		return chunk.Data, nil
	}}
	if f.size == 0 {
		return f, nil
	}
	return f, f.fill()
}

func (f *fileReader) fill() (err error) {
	if f.position == f.size {
		return io.EOF
	}
	if f.rest, err = f.next(f.position); err == nil {
		f.position += int64(len(f.rest))
	}
	return err
}

// Read implements io.Reader.
func (f *fileReader) Read(p []byte) (int, error) {
	if len(f.rest) == 0 {
		if err := f.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// taken returns how many bytes were read.
func (f *fileReader) taken() int64 { return f.position - int64(len(f.rest)) }

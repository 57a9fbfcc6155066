package secondfactor

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"github.com/boombuler/barcode/qr"
)

const (
	moduleSize = 4 // pixels of one module, the squares of a QR code
	quietZone  = 4 // white modules around it, without which scanners do not find it
)

// QRCode returns a QR code with the text, as the data URL of a PNG image.
func QRCode(text string) (string, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("drawing a QR code: %w", err)
	}
	modules := code.Bounds().Dx()
	side := (modules + 2*quietZone) * moduleSize
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for x := range modules {
		for y := range modules {
			if code.At(x, y) == color.Black {
				at := image.Pt((x+quietZone)*moduleSize, (y+quietZone)*moduleSize)
				draw.Draw(picture, image.Rectangle{Min: at, Max: at.Add(image.Pt(moduleSize, moduleSize))}, image.Black, image.Point{}, draw.Src)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return "", fmt.Errorf("encoding a QR code: %w", err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

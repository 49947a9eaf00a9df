package causes

// Whose says whose matter a cause is: who has to act for the answer to
// change.
type Whose uint8

// Whose matter a cause can be.
const (
	WhoseUnknown Whose = iota
	Client             // this machine: its address, name or pace
	Sender             // the reverse-path, or its domain
	Recipient          // the address that mail is for, or its mailbox
	Message            // the message itself
	Server             // the server that answered
	Network            // the way between here and there
	Protocol           // the dialogue: what was said, and when
)

func (w Whose) String() string {
	switch w {
	case Client:
		return "client"
	case Sender:
		return "sender"
	case Recipient:
		return "recipient"
	case Message:
		return "message"
	case Server:
		return "server"
	case Network:
		return "network"
	case Protocol:
		return "protocol"
	}
	return "unknown"
}

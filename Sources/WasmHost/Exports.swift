// What shadows see of a call is the guest's memory: its types come with the host.
@_exported import GuestABI

Option Explicit

Public Sub 設定保存_Click()
    SaveSetting "ReijiTool", "Print", "Copies", CStr(Range("B1").Value)
    SaveSetting "ReijiTool", "Print", "Printer", Application.ActivePrinter
End Sub

Public Sub 設定読込_Click()
    Range("B1").Value = GetSetting("ReijiTool", "Print", "Copies", "1")
End Sub
